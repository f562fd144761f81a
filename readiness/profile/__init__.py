"""A profile: TOML in, the chain in its owner's words out (`reader`), and what an empty one looks like (`template`)."""

from readiness.profile.file import profile_data, read_text
from readiness.profile.inclusion import whole_profile
from readiness.profile.json_form import from_json, to_json
from readiness.profile.reader import load_profile, parse_profile

__all__ = ["from_json", "load_profile", "parse_profile", "profile_data", "read_text", "to_json", "whole_profile"]
