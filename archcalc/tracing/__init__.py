"""A torch module run once, without weights and data, and every operation of it recorded.

The files of this folder import torch; nothing imports them before a module is to be read.
"""
