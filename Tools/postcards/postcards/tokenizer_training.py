"""Both tokenizers, learnt from captions and written as FLUX.1-dev ships its own.

`tokenizer/`    CLIP: lower-cased byte-level BPE, `vocab.json` + `merges.txt`; the end token is the highest id and pads.
`tokenizer_2/`  T5: sentencepiece unigram, `spiece.model` + `tokenizer.json`; <pad> 0, </s> 1, <unk> 2.
"""

import argparse
import json
import random
import tempfile
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from .captions import caption
from .scene import training_scene

START, END = "<|startoftext|>", "<|endoftext|>"
CLIP_WORDS = r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
CLIP_MERGES = 700
T5_PIECES = 640
CAPTIONS = 20_000
# What the model is trained with and sees by default; no caption needs more.
TEXT_LENGTH = 64


def main(arguments: list[str]):
    """Trains both tokenizers into a model folder."""
    parser = argparse.ArgumentParser(prog="postcards tokenizers", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder that gets tokenizer/ and tokenizer_2/")
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    captions = [caption(training_scene(rng), rng) for _ in range(CAPTIONS)]
    train_clip(captions, options.out / "tokenizer")
    train_t5(captions, options.out / "tokenizer_2")


def clip_tokenizer(vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> Tokenizer:
    """CLIP's tokenizer over a vocabulary, with start and end tokens put around the text."""
    bpe = models.BPE(vocabulary, merges, end_of_word_suffix="</w>", continuing_subword_prefix="", unk_token=END)
    tokenizer = with_clip_text_rules(Tokenizer(bpe))
    ends = [(token, vocabulary[token]) for token in (START, END)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{START} $A {END}", special_tokens=ends)
    return tokenizer


def with_clip_text_rules(tokenizer: Tokenizer) -> Tokenizer:
    """CLIP's normalisation and splitting into words."""
    spaces = normalizers.Replace(Regex(r"\s+"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), spaces, normalizers.Lowercase()])
    words = pre_tokenizers.Split(Regex(CLIP_WORDS), behavior="removed", invert=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([words, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return tokenizer


def load_clip(folder: Path) -> Tokenizer:
    """The tokenizer of `vocab.json` and `merges.txt`."""
    vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
    return clip_tokenizer(vocabulary, [tuple(line.split(" ")) for line in lines])


def load_t5(folder: Path) -> Tokenizer:
    """The tokenizer of `tokenizer.json`."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def train_clip(captions: list[str], folder: Path):
    """Learns merges over all 256 bytes, so that any text has tokens."""
    tokenizer = with_clip_text_rules(Tokenizer(models.BPE(end_of_word_suffix="</w>", continuing_subword_prefix="")))
    trainer = trainers.BpeTrainer(vocab_size=2000, min_frequency=20, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(captions, trainer)
    learnt = json.loads(tokenizer.to_str())["model"]["merges"]
    merges = [m if isinstance(m, str) else " ".join(m) for m in learnt][:CLIP_MERGES]
    characters = byte_characters()
    tokens = characters + [c + "</w>" for c in characters] + [m.replace(" ", "") for m in merges]
    tokens = [*dict.fromkeys(tokens), START, END]
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "vocab.json", {token: i for i, token in enumerate(tokens)})
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    special = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    roles = {"bos_token": START, "eos_token": END, "unk_token": END}
    described = {role: {"content": token, **special} for role, token in roles.items()}
    write_json(folder / "special_tokens_map.json", {**described, "pad_token": END})
    added = {str(len(tokens) - 2 + i): {"content": t, **special, "special": True} for i, t in enumerate((START, END))}
    write_json(folder / "tokenizer_config.json", {
        "add_prefix_space": False, "added_tokens_decoder": added, **roles, "pad_token": END,
        "clean_up_tokenization_spaces": True, "do_lower_case": True, "errors": "replace",
        "model_max_length": 77, "tokenizer_class": "CLIPTokenizer",
    })  # fmt: skip


def byte_characters() -> list[str]:
    """The printable character that stands for each byte, in GPT-2's order: printable Latin-1 first, the rest from U+0100."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(len(others))]


def train_t5(captions: list[str], folder: Path):
    """Learns pieces, then writes the same vocabulary for sentencepiece and for the tokenizers library."""
    import sentencepiece
    from transformers import T5Tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(captions + [c[0].upper() + c[1:] for c in captions[:6000]] + word_lines(captions)))
        file.flush()
        sentencepiece.SentencePieceTrainer.train(
            input=file.name, model_prefix=str(folder / "spiece"), vocab_size=T5_PIECES, model_type="unigram",
            pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", eos_piece="</s>", unk_piece="<unk>",
            normalization_rule_name="identity", character_coverage=1.0, required_chars="".join(map(chr, range(33, 127))),
            hard_vocab_limit=False, minloglevel=2, num_threads=1,
        )  # fmt: skip
    (folder / "spiece.vocab").unlink()
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
    vocabulary = [(pieces.id_to_piece(i), pieces.get_score(i)) for i in range(len(pieces))]
    T5Tokenizer(vocab=vocabulary, extra_ids=0, model_max_length=TEXT_LENGTH).save_pretrained(folder)
    roles = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    write_json(folder / "special_tokens_map.json", {"additional_special_tokens": [], **roles})


def word_lines(captions: list[str]) -> list[str]:
    """Each word before several marks: sentencepiece only seeds pieces that it met in two different words."""
    words = sorted({word.strip(",.") for line in captions for word in line.split()})
    words += [word[0].upper() + word[1:] for word in words]
    return [" ".join(word + mark for mark in ("", ",", ".", "!", "?", ";")) for word in words]


def write_json(path: Path, value):
    """Pretty JSON, non-ASCII kept as it is."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
