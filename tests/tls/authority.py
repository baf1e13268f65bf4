"""Certificate authorities that live as long as a test, and the certificates that they issue."""

import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)


def now():
    return datetime.datetime.utcnow()


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write(path, data):
    """Only its owner may read it: others do not get to see keys."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


class Issued:
    """Files of one certificate and its key."""

    def __init__(self, certificate, path, serial):
        self.certificate, self.path, self.serial = certificate, path, serial
        self.cert_file, self.key_file = path + ".crt", path + ".key"


class Authority:
    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_name(name), self._key.public_key(), now() - 30 * DAY, now() + 30 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        self.certificate = builder.sign(self._key, hashes.SHA256())
        self.file = os.path.join(folder, name + ".crt")
        _write(self.file, _pem(self.certificate))

    def _builder(self, subject, public_key, begin, end):
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(_name(self.name))
                .public_key(public_key).serial_number(x509.random_serial_number())
                .not_valid_before(begin).not_valid_after(end))

    def issue(self, file, common_name="", dns=(), days=(-1, 20), use="client"):
        """Writes FILE.crt and FILE.key; `days` from now until it begins and ends."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_name(common_name or file), key.public_key(),
                                now() + days[0] * DAY, now() + days[1] * DAY)
        if dns:
            names = x509.SubjectAlternativeName([x509.DNSName(name) for name in dns])
            builder = builder.add_extension(names, critical=False)
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if use == "client" else ExtendedKeyUsageOID.SERVER_AUTH
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        path = os.path.join(self.folder, file)
        _write(path + ".crt", _pem(certificate))
        _write(path + ".key", key.private_bytes(serialization.Encoding.PEM,
                                                serialization.PrivateFormat.PKCS8,
                                                serialization.NoEncryption()))
        digits = f"{certificate.serial_number:X}"
        return Issued(certificate, path, digits.zfill(len(digits) + len(digits) % 2))

    def revoke(self, file, issued, days=10):
        """A list of revoked certificates, to be replaced in so many days."""
        builder = (x509.CertificateRevocationListBuilder().issuer_name(_name(self.name))
                   .last_update(now() - 20 * DAY).next_update(now() + days * DAY))
        for each in issued:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number)
                .revocation_date(now() - DAY).build())
        path = os.path.join(self.folder, file)
        _write(path, builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return path
