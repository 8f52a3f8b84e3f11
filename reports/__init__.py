"""Results as a civil servant reads them: a page and a document, in Dutch or English."""
