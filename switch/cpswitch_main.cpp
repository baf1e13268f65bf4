/// cpswitch: the message switch and card host. `cpswitch --help` says how to start it.

#include "switch/startup.hpp"

int main(int argc, char** argv) { return core::run_switch(argc, argv); }
