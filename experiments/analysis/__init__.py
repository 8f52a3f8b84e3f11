"""What many runs say: sensitivity, decisions under uncertainty, scenario discovery."""
