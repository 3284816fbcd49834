/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * primitives - numbers in big endian, booleans in one byte: key, value and header converters.
 * Peers: org.apache.kafka.connect.converters.{Boolean,Short,Integer,Long,Float,Double}Converter.
 * Spec: connect-runtime.md 5.6.
 */
#include "worker/convert/converter.h"

extern const struct converter_class boolean_converter;
extern const struct converter_class short_converter;
extern const struct converter_class integer_converter;
extern const struct converter_class long_converter;
extern const struct converter_class float_converter;
extern const struct converter_class double_converter;
