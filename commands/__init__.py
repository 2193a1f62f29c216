"""The programs behind `dev.py wire`, `doctor` and `new`: run at a desk, never deployed."""
