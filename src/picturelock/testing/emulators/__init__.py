"""Video vendors on loopback: real HTTP servers with each vendor's contract, states, prices, traps and own account book.

An emulator knows nothing of Picturelock. It answers as the vendor's pages and SDKs say it does, keeps its own book of
what it accepted and charged, and misbehaves on request. A test runs the product against it and then lays the two
books side by side.

>>> from picturelock.testing.emulators.registry import emulator
>>> with emulator("runway").serve() as runway:  # doctest: +SKIP
...     client = RunwayML(base_url=runway.base_url, api_key=runway.settings.key, max_retries=0)
...     runway.advance(120)
...     assert runway.book.statement().net() == expected
"""
