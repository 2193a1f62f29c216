"""The local stack for tests: start it, send requests, be the person with the phone, move the clock.

stack = LocalStack.start()
sid = stack.text("Hello")                   # somebody texts the line
stack.advance(1)                            # a second passes on the manual clock
assert stack.texts()[-1]["body"] == "You wrote: Hello"
"""

from emulator.local_values import HANDSETS
from emulator.testing.faults import FaultsOn
from emulator.testing.local_stack import FORM, HANDSET, ROOT, LocalStack, running
from emulator.testing.second_host import SecondHost

__all__ = ["FORM", "HANDSET", "HANDSETS", "ROOT", "FaultsOn", "LocalStack", "SecondHost", "running"]
