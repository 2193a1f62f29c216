"""Faults on purpose: which ones are on, and when they strike. They know no HTTP."""

from emulator.faults.faults import Faults
from emulator.faults.kinds import Fault
from emulator.faults.reading import FaultError, faults_of
from emulator.faults.switch import Switch
from emulator.faults.tokens import rotated_token

__all__ = ["Fault", "FaultError", "Faults", "Switch", "faults_of", "rotated_token"]
