"""The storyboard: the board as a document, blockings, briefs, prompts, staleness and the contract check."""
