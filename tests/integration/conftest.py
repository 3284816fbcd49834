# SPDX-License-Identifier: Apache-2.0
"""Integration tests: our real binaries between real clusters. Fixtures are in ../conftest.py."""
