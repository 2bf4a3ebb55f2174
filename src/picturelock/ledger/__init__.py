"""Money, tokens and minutes: what was set aside, spent and given back."""
