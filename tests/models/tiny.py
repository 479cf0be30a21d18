"""A tiny language model, real in every part: a trained tokenizer and a Llama of two layers with seeded random weights."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audience.draft import Draft
from audience.language import Option, Prompt
from audience.library import Library
from audience.reaction import KINDS
from audience.script import Scene
from models.weights import Place
from tests import made

ROOT = Path(__file__).parents[2]
SENTENCES = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "prompts").glob("*.md"))]
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
THINKING = CHATML.replace(
    "assistant\n", "assistant\n{% if enable_thinking is not defined or enable_thinking %}<think>\n{% endif %}"
)
ALWAYS_THINKING = CHATML.replace("assistant\n", "assistant\n<think>\n")
NO_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + CHATML
DROPS_SYSTEM = CHATML.replace("messages %}", "messages if m['role'] != 'system' %}", 1)
DATED = "{{ strftime_now('%d %B %Y') }}{{ date_string }}" + CHATML
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<unk>"]
NAMED = {"bos_token": "<|endoftext|>", "eos_token": "<|im_end|>", "unk_token": "<unk>"}
MENU = [Option(label, kind.key, kind.told) for label, kind in zip("ABCDEF", KINDS, strict=True)]
TRANSFORMERS: Any = importlib.import_module("transformers")  # its types say less than it does
SCRIPT = Library.read(ROOT / "prompts").script


def scene(text: str = made.DRAFT.text) -> Scene:
    return SCRIPT.scene(Draft.clean(text), made.platform())


def ask(key: str = "ada", text: str = made.DRAFT.text) -> Prompt:
    return scene(text).ask(made.persona(key), SCRIPT.moment(0), MENU)


def reply(key: str = "ada", text: str = made.DRAFT.text) -> Prompt:
    return scene(text).reply(made.persona(key), SCRIPT.moment(0), "asks")


def tokenizer(template: str | None = CHATML) -> Any:
    """A byte-level BPE of about 700 tokens; <think> is an added token that is not special, as in Qwen3."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    made_here = Tokenizer(models.BPE())
    made_here.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made_here.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, special_tokens=SPECIAL, show_progress=False)
    made_here.train_from_iterator(SENTENCES, trainer)
    made_here.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)])
    found = TRANSFORMERS.PreTrainedTokenizerFast(
        tokenizer_object=made_here, **NAMED, additional_special_tokens=["<|im_start|>"],
    )  # fmt: skip
    found.chat_template = template
    return found


def model(seed: int = 1, vocabulary: int = 800) -> Any:
    import torch

    torch.manual_seed(seed)
    config = TRANSFORMERS.LlamaConfig(
        vocab_size=vocabulary, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=2048, bos_token_id=0, eos_token_id=2, initializer_range=0.3,
    )  # fmt: skip
    return TRANSFORMERS.LlamaForCausalLM(config)


def save(folder: Path, template: str | None = CHATML, seed: int = 1, shard: str = "5GB") -> Path:
    tokens = tokenizer(template)
    model(seed, len(tokens)).save_pretrained(folder, max_shard_size=shard)
    tokens.save_pretrained(folder)
    return folder


def place(folder: Path) -> Place:
    return Place(folder.name, folder)


def save_gguf(path: Path) -> Path:
    """The same sort of model as one GGUF file, the way llama.cpp writes it."""
    import gguf

    tokens, weights = tokenizer(), model(vocabulary=704)
    state = json.loads(tokens.backend_tokenizer.to_str())
    words = sorted(state["model"]["vocab"], key=state["model"]["vocab"].get)
    words += [f"<extra{n}>" for n in range(704 - len(words))]
    out = gguf.GGUFWriter(str(path), "llama")
    config = weights.config
    out.add_context_length(config.max_position_embeddings)
    out.add_embedding_length(config.hidden_size)
    out.add_block_count(config.num_hidden_layers)
    out.add_feed_forward_length(config.intermediate_size)
    out.add_head_count(config.num_attention_heads)
    out.add_head_count_kv(config.num_key_value_heads)
    out.add_layer_norm_rms_eps(config.rms_norm_eps)
    out.add_vocab_size(len(words))
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("smollm")
    out.add_token_list(words)
    out.add_token_types([3 if word in SPECIAL or word.startswith("<extra") else 1 for word in words])
    out.add_token_merges([" ".join(pair) for pair in state["model"]["merges"]])
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    out.add_chat_template(CHATML)
    for name, tensor in _llama_names(weights.state_dict()):
        out.add_tensor(name, tensor.float().numpy())
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    return path


def _llama_names(state: dict[str, Any]) -> Sequence[tuple[str, Any]]:
    names = {
        "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output", "model.layers.": "blk.",
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
        "post_attention_layernorm": "ffn_norm", "input_layernorm": "attn_norm",
    }  # fmt: skip
    found = []
    for name, tensor in state.items():
        new = name
        for theirs, ours in names.items():
            new = new.replace(theirs, ours)
        found.append((new, tensor))
    return found
