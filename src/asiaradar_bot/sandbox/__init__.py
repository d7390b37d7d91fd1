"""A local X and a sample news site as real HTTP servers on loopback, for the demo, the sandbox mode and the tests."""
