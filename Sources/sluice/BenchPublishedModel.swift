import ArgumentParser

/// A published model as its configuration files describe it.
enum PublishedModel: String, CaseIterable, ExpressibleByArgument {
    case fluxDev = "flux.1-dev"
    case fluxSchnell = "flux.1-schnell"

    /// The JSON files by their paths in the folder.
    /// - Parameter tinyT5: two narrow layers and a vocabulary for the embedded model's tokenizer; the width is the published one.
    func configurations(doubleBlocks: Int, singleBlocks: Int, tinyT5: Bool) -> [String: String] {
        [
            "model_index.json": Self.index,
            "scheduler/scheduler_config.json": scheduler,
            "text_encoder/config.json": Self.clip,
            "text_encoder_2/config.json": tinyT5
                ? Self.t5(layers: 2, heads: 4, feedForward: 1024, vocabulary: 512)
                : Self.t5(layers: 24, heads: 64, feedForward: 10240, vocabulary: 32128),
            "transformer/config.json": transformer(doubleBlocks, singleBlocks),
            "vae/config.json": Self.autoencoder,
        ]
    }

    private static let index = """
        {
          "_class_name": "FluxPipeline",
          "_diffusers_version": "0.30.0",
          "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
          "text_encoder": ["transformers", "CLIPTextModel"],
          "text_encoder_2": ["transformers", "T5EncoderModel"],
          "tokenizer": ["transformers", "CLIPTokenizer"],
          "tokenizer_2": ["transformers", "T5TokenizerFast"],
          "transformer": ["diffusers", "FluxTransformer2DModel"],
          "vae": ["diffusers", "AutoencoderKL"]
        }

        """

    private var scheduler: String {
        """
        {
          "_class_name": "FlowMatchEulerDiscreteScheduler",
          "base_image_seq_len": 256,
          "base_shift": 0.5,
          "max_image_seq_len": 4096,
          "max_shift": 1.15,
          "num_train_timesteps": 1000,
          "shift": \(self == .fluxDev ? "3.0" : "1.0"),
          "use_dynamic_shifting": \(self == .fluxDev)
        }

        """
    }

    private func transformer(_ doubleBlocks: Int, _ singleBlocks: Int) -> String {
        """
        {
          "_class_name": "FluxTransformer2DModel",
          "attention_head_dim": 128,
          "axes_dims_rope": [16, 56, 56],
          "guidance_embeds": \(self == .fluxDev),
          "in_channels": 64,
          "joint_attention_dim": 4096,
          "num_attention_heads": 24,
          "num_layers": \(doubleBlocks),
          "num_single_layers": \(singleBlocks),
          "patch_size": 1,
          "pooled_projection_dim": 768
        }

        """
    }

    private static let clip = """
        {
          "architectures": ["CLIPTextModel"],
          "bos_token_id": 0,
          "dtype": "bfloat16",
          "eos_token_id": 2,
          "hidden_act": "quick_gelu",
          "hidden_size": 768,
          "intermediate_size": 3072,
          "layer_norm_eps": 1e-05,
          "max_position_embeddings": 77,
          "model_type": "clip_text_model",
          "num_attention_heads": 12,
          "num_hidden_layers": 12,
          "pad_token_id": 1,
          "projection_dim": 768,
          "vocab_size": 49408
        }

        """

    static func t5(layers: Int, heads: Int, feedForward: Int, vocabulary: Int) -> String {
        """
        {
          "architectures": ["T5EncoderModel"],
          "d_ff": \(feedForward),
          "d_kv": 64,
          "d_model": 4096,
          "dtype": "bfloat16",
          "feed_forward_proj": "gated-gelu",
          "is_encoder_decoder": false,
          "layer_norm_epsilon": 1e-06,
          "model_type": "t5",
          "num_heads": \(heads),
          "num_layers": \(layers),
          "relative_attention_max_distance": 128,
          "relative_attention_num_buckets": 32,
          "tie_word_embeddings": true,
          "vocab_size": \(vocabulary)
        }

        """
    }

    private static let autoencoder = """
        {
          "_class_name": "AutoencoderKL",
          "act_fn": "silu",
          "block_out_channels": [128, 256, 512, 512],
          "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
          "in_channels": 3,
          "latent_channels": 16,
          "layers_per_block": 2,
          "mid_block_add_attention": true,
          "norm_num_groups": 32,
          "out_channels": 3,
          "sample_size": 1024,
          "scaling_factor": 0.3611,
          "shift_factor": 0.1159,
          "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"],
          "use_post_quant_conv": false,
          "use_quant_conv": false
        }

        """
}
