"""Small sources in every language, each with what their symbols are: name, kind, first line and last line."""

from typing import NamedTuple


class Sample(NamedTuple):
    """A file and its symbols, lines counted from 1 and ends included, as an editor shows them."""

    path: str
    text: str
    symbols: list[tuple[str, str, int, int]]


PYTHON = Sample(
    "models/risk.py",
    '''\
#!/usr/bin/env python3
"""Risk."""

import os
# The rest of the standard library.
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models import Order

LIMIT = 10
LIMIT += 1
A, B = 1, 2


# How risk is managed.
# In two lines.
@register("risk")
@final
class RiskManager(Base):  # kept
    # What it allows.
    limit: int = 3

    # Whether it is allowed.
    def validate(self, order):
        def inner():
            return order

        return inner() is not None

    @property
    def level(self):
        return self._level

    @level.setter
    def level(self, value):
        self._level = value

    class Report:
        def lines(self): return []
        async def send(self):
            """Sends it."""


try:
    import fast
except ImportError:
    fast = None

    def compute():
        return 0
else:
    compute = fast.compute

print(LIMIT)


def last(): return 1
''',
    [
        ("<imports>", "imports", 4, 9),
        ("<module:LIMIT>", "statement", 11, 11),
        ("<module:LIMIT>#2", "statement", 12, 12),
        ("<module:A>", "statement", 13, 13),
        ("RiskManager", "class", 16, 42),
        ("RiskManager.validate", "method", 24, 29),
        ("RiskManager.level", "method", 31, 33),
        ("RiskManager.level#2", "method", 35, 37),
        ("RiskManager.Report", "class", 39, 42),
        ("RiskManager.Report.lines", "method", 40, 40),
        ("RiskManager.Report.send", "method", 41, 42),
        ("<imports>#2", "imports", 46, 46),
        ("<module:fast>", "statement", 48, 48),
        ("compute", "function", 50, 51),
        ("<module:compute>", "statement", 53, 53),
        ("last", "function", 58, 58),
    ],
)

JAVASCRIPT = Sample(
    "web/cart.js",
    """\
'use strict';
import { total } from './total.js';
const fs = require('fs');
export * from './shapes.js';

/**
 * A cart.
 */
export class Cart extends Base {
  #items = [];
  static limit = 3;

  // Adds one.
  add(item) {
    const twice = () => item;
    return twice;
  }

  get size() { return 1; }
  set size(value) { this.value = value; }
  clear = () => {
    this.items = [];
  };
}

export default function () {
  return 1;
}

const double = (x) => 2 * x;
let state = {
  a: 1,
}, other = 2;
exports.run = async function () {};

if (state.a) {
  function late() {}
}
describe('cart', () => { it('works'); });
""",
    [
        ("<imports>", "imports", 2, 4),
        ("Cart", "class", 6, 24),
        ("Cart.add", "method", 13, 17),
        ("Cart.size", "method", 19, 19),
        ("Cart.size#2", "method", 20, 20),
        ("Cart.clear", "method", 21, 23),
        ("default", "function", 26, 28),
        ("double", "function", 30, 30),
        ("<module:state>", "statement", 31, 33),
        ("exports.run", "function", 34, 34),
        ("late", "function", 37, 37),
    ],
)

TYPESCRIPT = Sample(
    "web/cart.ts",
    """\
import type { Item } from './item';

/** What can be put in. */
export interface Cart {
  add(item: Item): void;
}
type Id = string | number;
export enum Size { Small, Large }

@Injectable()
export abstract class Store<T> implements Cart {
  @Input() title = 'x';

  // Sends.
  @Post('/')
  send(item: Item): void {}
  abstract close(): void;
}

export function pick(id: string): Item;
export function pick(id: number): Item;
export function pick(id: any): Item { return id; }

namespace Shapes {
  export const side = 2;
  export function area(): number { return 4; }
}
declare module 'legacy' {
  function old(): void;
}
export default { a: 1 };
""",
    [
        ("<imports>", "imports", 1, 1),
        ("Cart", "interface", 3, 6),
        ("Id", "type", 7, 7),
        ("Size", "enum", 8, 8),
        ("Store", "class", 10, 18),
        ("Store.send", "method", 14, 16),
        ("Store.close", "method", 17, 17),
        ("pick", "function", 20, 20),
        ("pick#2", "function", 21, 21),
        ("pick#3", "function", 22, 22),
        ("Shapes", "module", 24, 27),
        ("Shapes.<module:side>", "statement", 25, 25),
        ("Shapes.area", "function", 26, 26),
        ("legacy", "module", 28, 30),
        ("legacy.old", "function", 29, 29),
        ("<module:default>", "statement", 31, 31),
    ],
)

TSX = Sample(
    "web/view.tsx",
    """\
import React from 'react';

// Shows it.
export const View = ({ title }: Props) => (
  <b>{title}</b>
);

export class Page extends React.Component<Props> {
  render() { return <View title="a" />; }
}
""",
    [
        ("<imports>", "imports", 1, 1),
        ("View", "function", 3, 6),
        ("Page", "class", 8, 10),
        ("Page.render", "method", 9, 9),
    ],
)

GO = Sample(
    "risk/risk.go",
    """\
// Package risk knows limits.
package risk

import "fmt"
import (
\t"os"
)

// Manager manages.
type Manager struct {
\tlimit int
}

type (
\t// Store keeps.
\tStore interface{ Keep() }
\tID    = string
)

const (
\tSmall = iota
\tLarge
)

var limit, other = 3, 4

// Validate validates.
func (m *Manager) Validate(order int) bool {
\treturn order < m.limit
}
func (Store2[T]) Close() {}

func init() { fmt.Println(os.Args) }
func init() {}
""",
    [
        ("<imports>", "imports", 4, 7),
        ("Manager", "struct", 9, 12),
        ("Store", "interface", 15, 16),
        ("ID", "type", 17, 17),
        ("<module:Small>", "statement", 20, 23),
        ("<module:limit>", "statement", 25, 25),
        ("Manager.Validate", "method", 27, 30),
        ("Store2.Close", "method", 31, 31),
        ("init", "function", 33, 33),
        ("init#2", "function", 34, 34),
    ],
)

RUST = Sample(
    "src/risk.rs",
    """\
//! Risk.
use std::fmt;
use std::io;
extern crate libc;

mod tables;

/// Manages.
#[derive(Debug)]
pub struct Manager {
    limit: u32,
}

const LIMIT: u32 = 3;

impl Manager {
    /// Validates.
    #[inline]
    pub fn validate(&self) -> bool {
        true
    }

    fn limit(&self) -> u32 { self.limit }
}

impl fmt::Display for Manager {
    fn fmt(&self) {}
}

pub trait Store {
    fn keep(&self);
    fn drop(&self) {}
}
enum Kind { A, B }
macro_rules! twice { ($x:expr) => { $x * 2 } }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works() {}
}
""",
    [
        ("<imports>", "imports", 2, 4),
        ("<module:tables>", "statement", 6, 6),
        ("Manager", "struct", 8, 12),
        ("<module:LIMIT>", "statement", 14, 14),
        ("<impl Manager>", "impl", 16, 24),
        ("Manager.validate", "method", 17, 21),
        ("Manager.limit", "method", 23, 23),
        ("<impl fmt::Display for Manager>", "impl", 26, 28),
        ("Manager.fmt", "method", 27, 27),
        ("Store", "trait", 30, 33),
        ("Store.keep", "method", 31, 31),
        ("Store.drop", "method", 32, 32),
        ("Kind", "enum", 34, 34),
        ("twice", "macro", 35, 35),
        ("tests", "module", 37, 43),
        ("tests.<imports>", "imports", 39, 39),
        ("tests.works", "function", 41, 42),
    ],
)

JAVA = Sample(
    "src/Risk.java",
    """\
package risk;

import java.util.List;
import java.util.Map;

/** Manages. */
@Service
public class Risk<T> extends Base {
    private int limit = 3;

    /** Makes one. */
    public Risk() { }
    public Risk(int limit) {
        this.limit = limit;
    }

    // Whether it is allowed.
    @Override
    public boolean validate(Order order) {
        return true;
    }

    enum Kind {
        A, B;
        String label() { return name(); }
    }

    record Pair(int a, int b) {
        Pair { }
        int sum() { return a + b; }
    }
}

interface Store {
    void keep();
}
@interface Marked { int value(); }
""",
    [
        ("<imports>", "imports", 3, 4),
        ("Risk", "class", 6, 32),
        ("Risk.Risk", "method", 11, 12),
        ("Risk.Risk#2", "method", 13, 15),
        ("Risk.validate", "method", 17, 21),
        ("Risk.Kind", "enum", 23, 26),
        ("Risk.Kind.label", "method", 25, 25),
        ("Risk.Pair", "class", 28, 31),
        ("Risk.Pair.Pair", "method", 29, 29),
        ("Risk.Pair.sum", "method", 30, 30),
        ("Store", "interface", 34, 36),
        ("Store.keep", "method", 35, 35),
        ("Marked", "interface", 37, 37),
    ],
)

SAMPLES = [PYTHON, JAVASCRIPT, TYPESCRIPT, TSX, GO, RUST, JAVA]
