"""OpenCV as everything here uses it: on one thread.

Some of its algorithms cut their work by the number of threads and come out differently for different cuts (the optical
flow does), and its threads would quarrel with the encoder's and with the other jobs, of which there are as many as
processors. The setting belongs to the process, so it is made where the library comes in and nowhere else.
"""

import cv2

cv2.setNumThreads(1)

__all__ = ["cv2"]
