"""Faults on purpose: which ones are on, and when they strike. They know no HTTP."""

from deskphone.faults.faults import Faults
from deskphone.faults.kinds import Fault
from deskphone.faults.reading import FaultError, faults_of
from deskphone.faults.switch import Switch
from deskphone.faults.tokens import rotated_token

__all__ = ["Fault", "FaultError", "Faults", "Switch", "faults_of", "rotated_token"]
