"""The pool on the training device: latents made by the autoencoder, and captions as token ids."""

from pathlib import Path

import torch
from diffusers import AutoencoderKL

from .models import latent_range
from .pool import CAPTION_TOKENS, CAPTIONS, Shelf, open_pool
from .vae_training import encoded

ENCODED_AT_ONCE = 2048


class LatentShelf:
    """Latents of one size; it grows as pictures of the pool become ready."""

    def __init__(self, shelf: Shelf, capacity: int, device: torch.device):
        self.shelf, self.capacity, self.device, self.count = shelf, capacity, device, 0
        self.size = shelf.size
        width, height = shelf.size
        self.latents = torch.zeros(capacity, 16, height // 8, width // 8, dtype=torch.bfloat16, device=device)
        self.clip = torch.zeros(capacity, CAPTIONS, CAPTION_TOKENS, dtype=torch.long, device=device)
        self.t5 = torch.zeros_like(self.clip)
        self.available = torch.zeros((), device=device)  # read by captured steps, so that they see new pictures

    @torch.no_grad()
    def grow(self, vae: AutoencoderKL) -> bool:
        """Encodes the next ready pictures; whether there were any."""
        end = min(self.shelf.ready, self.capacity, self.count + ENCODED_AT_ONCE)
        if end == self.count:
            return False
        new = slice(self.count, end)
        shift, scale = latent_range(vae)
        self.latents[new] = (encoded(vae, self.shelf.pictures[new], self.device) - shift) * scale
        self.clip[new] = torch.from_numpy(self.shelf.clip[new].astype("int64")).to(self.device)
        self.t5[new] = torch.from_numpy(self.shelf.t5[new].astype("int64")).to(self.device)
        self.count = end
        self.available.fill_(end)
        return True

    def batch(self, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Latents `[count, 16, h, w]` and a caption each as CLIP and T5 ids `[count, CAPTION_TOKENS]`, at random."""
        chosen = (torch.rand(count, device=self.device) * self.available).long()
        said = torch.randint(CAPTIONS, (count,), device=self.device)
        return self.latents[chosen], self.clip[chosen, said], self.t5[chosen, said]


def latent_pool(root: Path, share: float, vae_folder: Path, device: torch.device) -> tuple[list[LatentShelf], AutoencoderKL]:
    """Shelves for a share of the pool on the device, still empty, and the autoencoder that fills them."""
    vae = AutoencoderKL.from_pretrained(vae_folder).bfloat16().to(device).eval().requires_grad_(False)
    return [LatentShelf(shelf, max(1, int(share * len(shelf.pictures))), device) for shelf in open_pool(root)], vae


def grow_all(shelves: list[LatentShelf], vae: AutoencoderKL) -> bool:
    """One helping for every shelf; whether any grew."""
    return any([shelf.grow(vae) for shelf in shelves])
