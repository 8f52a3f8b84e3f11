"""Sensitivity of any outputs to any factors: Sobol, Morris, PAWN, their rankings and pictures."""
