"""OpenAI's image models: pictures that come with the answer, and no way back to an answer that was lost.

The way through: ``asking`` puts a recipe into a request, ``answering`` reads what comes back, ``records`` asks the
organisation's usage whether a request that was lost ever arrived, ``adapter`` is the vendor.
"""

from picturelock.generate.openai.adapter import OpenAI

__all__ = ["OpenAI"]
