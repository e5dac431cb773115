"""Tests of the explorer's page in real browsers; see Scripts/test-explorer."""
