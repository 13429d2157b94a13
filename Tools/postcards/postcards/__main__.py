"""`python -m postcards COMMAND …`: one command per stage of the recipe in README.md."""

import importlib
import sys

COMMANDS = {
    "tokenizers": ("tokenizer_training", "learn both tokenizers from captions"),
    "render": ("render_pool", "fill a pool with pictures, tokenized captions and labels"),
    "vae": ("vae_training", "train the autoencoder and measure its latents"),
    "flow": ("flow_training", "train the transformer and both text encoders by flow matching"),
    "distill": ("distillation", "distil classifier-free guidance into the guidance embedding"),
    "export": ("export", "write the diffusers folder under FLUX.1-dev's names"),
    "probe": ("probe", "train the classifier that reads attributes from pictures"),
    "evaluate": ("evaluation", "score the exported model with the probe"),
    "sheets": ("sheets", "draw contact sheets with the stock pipeline"),
}


def main():
    """Imports only the command that was asked for: rendering needs no torch."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        lines = "\n".join(f"  {name:<11} {what}" for name, (_, what) in COMMANDS.items())
        print(f"usage: python -m postcards COMMAND [--help]\n\n{lines}", file=sys.stderr)
        return 2
    module, _ = COMMANDS[sys.argv[1]]
    return importlib.import_module(f".{module}", __package__).main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
