"""What must hold before anything is sent: who may be reached, how often, at what cost.

For sending, and for answers that dial or text.
"""
