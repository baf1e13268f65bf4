#!/usr/bin/env python3
"""Stands in for cpctl beside the toy switch: it finds the books right, or not."""

import os
import sys

if os.environ.get("STUB_FAULT") == "check":
    print("transactions 7: the postings of one do not sum to zero")
    sys.exit(1)
