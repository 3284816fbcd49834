/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * simple_header - headers as text, the converter of headers when none is configured.
 *
 * Writing side: strings as they are, numbers and booleans as Java prints them, bytes in
 * base64. Peer: org.apache.kafka.connect.storage.SimpleHeaderConverter. Spec:
 * connect-runtime.md 5.7.
 */
#include "worker/convert/converter.h"

extern const struct converter_class simple_header_converter;
