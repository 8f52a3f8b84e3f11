"""Learning behaviour, one file a law: constructs, norm, intention, plans, stages and courses."""
