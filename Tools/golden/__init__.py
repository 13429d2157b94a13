"""Golden data: tiny random FLUX.1 folders and the tensors of every stage, made with diffusers.

Run from the folder above, so that this package's `tokenizers` module does not hide the library of that name:

    cd Tools && python -m golden.models
"""
