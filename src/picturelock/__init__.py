"""Picturelock: production infrastructure for AI video, from script to picture lock.

The one door is :class:`picturelock.studio.Studio`; every face (command line, HTTP, agents) calls only that.
"""

__version__ = "0.1.0"
