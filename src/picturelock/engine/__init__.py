"""Durable work: steps that are not done twice, queues, timers, workers. Knows no film words.

``port`` is what the rest of Picturelock speaks; ``engine`` does it with DBOS Transact, which no other package imports.
"""
