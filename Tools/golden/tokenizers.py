"""Token ids of difficult texts from the transformers library, and the small tokenizers behind some of them.

    cd Tools && python -m golden.tokenizers

writes Tests/TokenizersTests/Golden: two tokenizer folders trained here with the structure of the real ones (a byte-level BPE
of about 1000 merges; a unigram model with the NMT-NFKC character map, as `spiece.model` and as `tokenizer.json`), and one
file of texts with their ids for each tokenizer. A second run changes no byte.
"""

import io
import json
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from . import environment  # noqa: F401  (first: sets the library's environment)

import sentencepiece
import transformers
from transformers import CLIPTokenizerFast, T5TokenizerFast

from .tokenizer_texts import WORDS, texts

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "Tests/TokenizersTests/Golden"
DEMO = ROOT / "Tests/TokenizersTests/Demo"
T5_LENGTH = 48
SENTINELS = 100


def corpus() -> list[str]:
    """Sentences in which early words are frequent, so that merges and scores have clear ranks."""
    source = random.Random(1)
    weights = [1 / (rank + 10) for rank in range(len(WORDS))]
    return [" ".join(source.choices(WORDS, weights, k=source.randint(3, 12))) for _ in range(4000)]


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def letters() -> dict[int, str]:
    """The letter of each byte of a byte-level BPE, in the order of CLIP's vocabulary: printable bytes first."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + index) for index, byte in enumerate(others)}


def train_merges(count: int) -> list[tuple[str, str]]:
    letter = letters()
    words = Counter(word for sentence in corpus() for word in sentence.lower().split())
    spelled = {word: [letter[byte] for byte in word.encode()] for word in words}
    for symbols in spelled.values():
        symbols[-1] += "</w>"
    merges = []
    for _ in range(count):
        pairs = Counter()
        for word, symbols in spelled.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for symbols in spelled.values():
            merge(symbols, best)
    return merges


def merge(symbols: list[str], pair: tuple[str, str]) -> None:
    index = 0
    while index + 1 < len(symbols):
        if (symbols[index], symbols[index + 1]) == pair:
            symbols[index : index + 2] = ["".join(pair)]
        index += 1


def write_clip(folder: Path) -> None:
    folder.mkdir(parents=True)
    merges = train_merges(1000)
    alphabet = [*letters().values()]
    pieces = [*alphabet, *(letter + "</w>" for letter in alphabet), *dict.fromkeys("".join(pair) for pair in merges)]
    tokens = ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {piece: index for index, piece in enumerate([*pieces, *tokens])}
    flags = dict(lstrip=False, normalized=True, rstrip=False, single_word=False, special=True)
    write_json(folder / "vocab.json", vocabulary)
    (folder / "merges.txt").write_text("".join(["#version: 0.2\n", *(f"{left} {right}\n" for left, right in merges)]), "utf-8")
    write_json(
        folder / "tokenizer_config.json",
        dict(
            added_tokens_decoder={vocabulary[token]: dict(content=token, **flags) for token in tokens},
            bos_token=tokens[0],
            eos_token=tokens[1],
            unk_token=tokens[1],
            pad_token=tokens[1],
            model_max_length=77,
            tokenizer_class="CLIPTokenizer",
        ),
    )


def write_t5(folder: Path) -> None:
    folder.mkdir(parents=True)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_writer=model,
        model_type="unigram",
        vocab_size=900,
        hard_vocab_limit=False,
        character_coverage=0.999,
        normalization_rule_name="nmt_nfkc",
        num_threads=1,
        minloglevel=2,
        **dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1),
    )
    (folder / "spiece.model").write_bytes(model.getvalue())
    sentinels = [f"<extra_id_{number}>" for number in range(SENTINELS)]
    names = dict(eos_token="</s>", pad_token="<pad>", unk_token="<unk>", additional_special_tokens=sentinels)
    write_json(folder / "special_tokens_map.json", names)
    write_json(
        folder / "tokenizer_config.json",
        dict(**names, extra_ids=SENTINELS, model_max_length=512, tokenizer_class="T5Tokenizer"),
    )
    T5TokenizerFast.from_pretrained(folder).backend_tokenizer.save(str(folder / "tokenizer.json"))


def cases(tokenizer: CLIPTokenizerFast | T5TokenizerFast, length: int, special: int, seed: int) -> list[dict]:
    """Texts with their ids (without padding) and the part that does not fit beside `special` tokens."""
    found = []
    for text in texts(seed, 600):
        tokenizer.backend_tokenizer.no_truncation()
        offsets = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).offsets
        is_cut = len(offsets) > length - special
        if is_cut and any(ord(character) < 32 for character in text):
            continue  # the library's offsets are wrong behind deleted characters
        ids = tokenizer(text, truncation=True, max_length=length).input_ids
        found.append(dict(text=text, ids=ids, cut=text[offsets[length - special][0] :] if is_cut else None))
    return found


def write_cases(name: str, tokenizer: CLIPTokenizerFast | T5TokenizerFast, length: int, special: int, seed: int) -> None:
    entries = cases(tokenizer, length, special, seed)
    versions = dict(transformers=transformers.__version__, sentencepiece=sentencepiece.__version__)
    value = dict(versions=versions, seed=seed, length=length, padding=tokenizer.pad_token_id, cases=entries)
    (GOLDEN / f"{name}.json").write_text(json.dumps(value) + "\n", encoding="ascii")
    print(f"{name}: {len(entries)} texts, {sum(entry['cut'] is not None for entry in entries)} cut")


def check_sentencepiece_only() -> None:
    """The ids in t5.json hold for the folder with either vocabulary file."""
    golden = json.loads((GOLDEN / "t5.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(GOLDEN / "t5", folder, ignore=shutil.ignore_patterns("tokenizer.json"), dirs_exist_ok=True)
        tokenizer = T5TokenizerFast.from_pretrained(folder)
        for entry in golden["cases"]:
            assert tokenizer(entry["text"], truncation=True, max_length=T5_LENGTH).input_ids == entry["ids"], entry["text"]


def main() -> None:
    shutil.rmtree(GOLDEN, ignore_errors=True)
    write_clip(GOLDEN / "clip")
    write_t5(GOLDEN / "t5")
    write_cases("clip-demo", CLIPTokenizerFast.from_pretrained(DEMO / "tokenizer"), 77, 2, seed=1)
    write_cases("clip", CLIPTokenizerFast.from_pretrained(GOLDEN / "clip"), 77, 2, seed=2)
    write_cases("t5-demo", T5TokenizerFast.from_pretrained(DEMO / "tokenizer_2"), T5_LENGTH, 1, seed=3)
    write_cases("t5", T5TokenizerFast.from_pretrained(GOLDEN / "t5"), T5_LENGTH, 1, seed=4)
    check_sentencepiece_only()


if __name__ == "__main__":
    main()
