"""Where attempts run: one protocol, several places. ``protocol`` says what an executor is; ``processes`` is this machine."""
