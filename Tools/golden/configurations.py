"""The table of tiny models: what each one is there to tell apart."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Transformer:
    heads: int
    head_dim: int
    # None: the key is left out of config.json, as in the first published FLUX.1 files.
    axes: tuple[int, int, int] | None
    doubles: int
    singles: int
    guidance: bool = True


@dataclass(frozen=True)
class ClipText:
    width: int
    heads: int
    layers: int
    # 2 selects the legacy pooling rule (position of the largest id); any other value is searched for literally.
    eos_token_id: int = 2
    prefix: bool = True  # tensor names start with `text_model.`


@dataclass(frozen=True)
class T5:
    width: int
    heads: int
    head_dim: int
    hidden: int
    layers: int
    embedding: str = "shared"  # which of the tied names is stored: shared, embed_tokens or both


@dataclass(frozen=True)
class Vae:
    channels: tuple[int, int, int, int]
    layers: int
    groups: int
    scaling: float = 0.3611
    shift: float = 0.1159


@dataclass(frozen=True)
class Storage:
    """`dtype` is f32, bf16, f16 or mixed (each tensor one of the three)."""

    dtype: str
    shard: str = "1GB"
    variant: str | None = None
    # Which tokenizer_2 files the folder holds.
    t5_tokenizer: tuple[str, ...] = ("spiece.model", "tokenizer.json")


@dataclass(frozen=True)
class Request:
    prompt: str
    width: int
    height: int
    steps: int
    guidance: float
    seed: int
    max_sequence_length: int


@dataclass(frozen=True)
class Configuration:
    name: str
    seed: int
    transformer: Transformer
    clip: ClipText
    t5: T5
    vae: Vae
    storage: Storage
    request: Request
    static_shift: float | None = None  # None: dynamic shifting, as FLUX.1-dev; 1.0 as FLUX.1-schnell
    faint: bool = False  # activations before many norms are so small that the norms' epsilon shows


# Committed: small enough for the repository, so the wide head sizes have one head.
CONFIGURATIONS = (
    Configuration(
        name="heads2x16-f32",
        seed=1001,
        transformer=Transformer(2, 16, (4, 6, 6), doubles=2, singles=2),
        clip=ClipText(width=16, heads=2, layers=2),
        t5=T5(width=24, heads=2, head_dim=16, hidden=64, layers=2),
        vae=Vae((8, 8, 8, 8), layers=1, groups=4),
        storage=Storage("f32"),
        # 112 positions reach the last relative-position bucket, which begins at distance 91.
        request=Request("a red house in the mountains at sunset", 64, 48, 4, 3.5, 42, 112),
    ),
    Configuration(
        name="heads3x32-bf16-sharded",
        seed=1002,
        transformer=Transformer(3, 32, (4, 14, 14), doubles=1, singles=1),
        clip=ClipText(width=24, heads=3, layers=3, eos_token_id=856, prefix=False),
        t5=T5(width=48, heads=3, head_dim=8, hidden=80, layers=3, embedding="embed_tokens"),
        vae=Vae((8, 8, 8, 12), layers=2, groups=4),
        storage=Storage("bf16", shard="120KB", t5_tokenizer=("spiece.model",)),
        request=Request("A green lighthouse at night, 3 stars: don't blink!", 32, 80, 3, 2.5, 7, 32),
    ),
    Configuration(
        name="heads5x16-f16-schnell",
        seed=1003,
        transformer=Transformer(5, 16, (4, 6, 6), doubles=1, singles=1, guidance=False),
        clip=ClipText(width=16, heads=2, layers=1, prefix=False),
        t5=T5(width=40, heads=5, head_dim=8, hidden=56, layers=1, embedding="both"),
        vae=Vae((4, 8, 12, 16), layers=1, groups=2, scaling=0.8528, shift=-0.0154),
        storage=Storage("f16", t5_tokenizer=("tokenizer.json",)),
        request=Request("a blue hot air balloon over green hills on a sunny day", 80, 32, 4, 3.5, 0, 24),
        static_shift=1.0,
    ),
    Configuration(
        name="heads1x64-bf16-variant",
        seed=1004,
        transformer=Transformer(1, 64, (8, 28, 28), doubles=1, singles=2),
        clip=ClipText(width=24, heads=4, layers=2),
        t5=T5(width=48, heads=2, head_dim=16, hidden=72, layers=2),
        vae=Vae((8, 8, 8, 16), layers=1, groups=4),
        storage=Storage("bf16", shard="300KB", variant="bf16"),
        request=Request("snowy mountains 雪山 at night with stars", 48, 48, 3, 0.0, 2**32 + 5, 16),
    ),
    Configuration(
        name="heads1x128-bf16-default-axes",
        seed=1005,
        transformer=Transformer(1, 128, None, doubles=1, singles=1),
        clip=ClipText(width=24, heads=2, layers=2, eos_token_id=554, prefix=False),
        t5=T5(width=32, heads=3, head_dim=16, hidden=48, layers=2, embedding="embed_tokens"),
        vae=Vae((4, 8, 4, 8), layers=1, groups=2),
        storage=Storage("bf16", shard="800KB"),
        # Token 554 is "house": a config that names another end token moves the pooled position there.
        request=Request("an orange cat before a house in the snow", 64, 32, 4, 7.0, 2**64 - 1, 20),
    ),
    Configuration(
        name="heads4x16-mixed",
        seed=1006,
        transformer=Transformer(4, 16, (8, 4, 4), doubles=1, singles=1),
        clip=ClipText(width=24, heads=2, layers=2),
        t5=T5(width=24, heads=2, head_dim=12, hidden=40, layers=3, embedding="both"),
        vae=Vae((4, 4, 8, 8), layers=2, groups=1),
        storage=Storage("mixed"),
        request=Request("", 16, 64, 5, 4.5, 123456789, 16),
        faint=True,
    ),
)

# Made on request only (`--wide`): several heads of the wide sizes, more blocks.
WIDE = (
    Configuration(
        name="heads3x64-f16",
        seed=2001,
        transformer=Transformer(3, 64, (8, 28, 28), doubles=3, singles=5),
        clip=ClipText(width=64, heads=4, layers=4),
        t5=T5(width=96, heads=4, head_dim=32, hidden=192, layers=4),
        vae=Vae((16, 32, 32, 64), layers=2, groups=8),
        storage=Storage("f16", shard="5MB"),
        request=Request("a purple balloon above the ocean on a cloudy day", 160, 96, 6, 3.5, 11, 64),
    ),
    Configuration(
        name="heads4x128-bf16",
        seed=2002,
        transformer=Transformer(4, 128, None, doubles=2, singles=4),
        clip=ClipText(width=128, heads=2, layers=4),
        t5=T5(width=128, heads=8, head_dim=64, hidden=320, layers=6),
        vae=Vae((32, 64, 96, 128), layers=2, groups=32),
        storage=Storage("bf16", shard="20MB"),
        request=Request("a palm tree on a small island at sunset", 256, 192, 8, 3.5, 12, 128),
    ),
)
