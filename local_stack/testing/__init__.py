"""The local stack for tests: start it, send requests, use the phone, advance the clock.

stack = LocalStack.start()
sid = stack.text("Hello")                   # a person texts the line
stack.advance(1)                            # a second passes on the manual clock
assert stack.texts()[-1]["body"] == "You wrote: Hello"
"""

from deskphone.values import HANDSETS
from local_stack.testing.faults import FaultsOn
from local_stack.testing.local_stack import FORM, HANDSET, ROOT, LocalStack, running
from local_stack.testing.second_host import SecondHost

__all__ = ["FORM", "HANDSET", "HANDSETS", "ROOT", "FaultsOn", "LocalStack", "SecondHost", "running"]
