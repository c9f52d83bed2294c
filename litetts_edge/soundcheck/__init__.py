"""Whether a model that was pulled speaks as it should, found out on the machine where it will.

`litetts-edge models check NAME` says a few sentences with each voice and judges what comes out: levels, silence,
length, repeatability, whether it is speech at all, and, where a recogniser is at hand, which words are heard. The
result is kept beside the model. Nothing here is on the way of a request.
"""
