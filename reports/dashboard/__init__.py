"""The dashboard: levers and a live comparison, results, studies and personas in the browser."""
