"""How LLVM writes machine code for what the simulator compiles; set before anything is compiled."""

import platform

import llvmlite.binding

if platform.machine().lower() in ("x86_64", "amd64"):
    # LLVM turns a choice without a branch back into a branch where it believes that the processor
    # will foresee it. What is chosen by lot nobody foresees. Results are the same.
    llvmlite.binding.set_option("simulator", "-x86-cmov-converter=false")
