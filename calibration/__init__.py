"""Setting the model to published figures: levels solved, and (later) a posterior."""
