"""Shipped for testing: conformance suites, the defect injector, drawn footage; themselves tested."""
