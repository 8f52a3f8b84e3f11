"""The model: workers, employers, courses, money, and the policies that act on them."""

MODEL_VERSION = 1  # goes up with every change that changes results
