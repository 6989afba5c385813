import { rows } from './tile';

// One function for each number of rows, so that each has constants in place of conditions.
function oneRow(pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  rows(1, false, pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
}

function twoRows(pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  rows(2, false, pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
}

function threeRows(pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  rows(3, false, pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
}

function fourRows(pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  rows(4, false, pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
}

function oneRowFused(pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  rows(1, true, pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
}

function twoRowsFused(pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  rows(2, true, pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
}

function threeRowsFused(pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  rows(3, true, pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
}

function fourRowsFused(pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  rows(4, true, pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
}

/** Computes `count` rows, 1 to 4. The other parameters are those of `rows`. */
export function computeRows(fused: bool, count: i32, pointers: usize, segments: i32, groups: i32, expanded: usize, head: usize, panels: i32, terms: usize, c: usize, ldc: usize, columns: i32, zero: i32): void {
  if (fused) {
    if (count == 4) fourRowsFused(pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
    else if (count == 3) threeRowsFused(pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
    else if (count == 2) twoRowsFused(pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
    else oneRowFused(pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
  } else {
    if (count == 4) fourRows(pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
    else if (count == 3) threeRows(pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
    else if (count == 2) twoRows(pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
    else oneRow(pointers, segments, groups, expanded, head, panels, terms, c, ldc, columns, zero);
  }
}
