"""The quantile of the standard normal distribution."""

import math


def normal(u: float) -> float:
    """The standard normal quantile of u in (0, 1), to a relative error of 1.2e-9 (Acklam's
    rational approximation)."""
    if u < 0.02425 or u > 0.97575:
        q = math.sqrt(-2.0 * math.log(min(u, 1.0 - u)))
        top = (
            ((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
            - 2.549732539343734
        ) * q
        top = (top + 4.374664141464968) * q + 2.938163982698783
        low = (
            (7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996
        ) * q + 3.754408661907416
        x = top / (low * q + 1.0)
        if u > 0.5:
            x = -x
    else:
        q = u - 0.5
        r = q * q
        top = (
            ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
            + 1.383577518672690e02
        ) * r - 3.066479806614716e01
        low = (
            ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
            + 6.680131188771972e01
        ) * r - 1.328068155288572e01
        x = (top * r + 2.506628277459239) * q / (low * r + 1.0)
    return x
