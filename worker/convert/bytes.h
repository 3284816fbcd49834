/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * bytes - bytes as they are: key, value and header converter. Peer:
 * org.apache.kafka.connect.converters.ByteArrayConverter. Spec: connect-runtime.md 5.5.
 */
#include "worker/convert/converter.h"

extern const struct converter_class bytes_converter;
