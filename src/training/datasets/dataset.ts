import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { PACKAGE_FOLDER } from '../../package-folder.js';

/** A table of numbers that trainers learn from, and where it lies. */
export interface DatasetDefinition {
  name: string;
  /** The CSV file in `data/`. */
  file: string;
  delimiter: string;
  /** Every column, in the file's order. */
  columns: readonly string[];
  /** The column to predict. */
  target: string;
  /** How many rows the file must have. */
  rows: number;
}

/** A checked table in memory. */
export interface Dataset {
  /** The columns to learn from, in order. */
  features: readonly string[];
  /** One array of `features.length` values a row. */
  X: Float64Array[];
  /** The target, one value a row. */
  y: Float64Array;
}

/** A data set and the SHA-256 of its file, in hex. */
export interface LoadedDataset extends Dataset {
  sha256: string;
}

const loaded = new Map<string, LoadedDataset>();

/**
 * Reads a data set at its first use and keeps it.
 * @throws Error where the file is not what its definition says: other columns, other length, a cell that is no finite number
 */
export function loadDataset(definition: DatasetDefinition): LoadedDataset {
  const known = loaded.get(definition.name);
  if (known) return known;
  const bytes = readFileSync(join(PACKAGE_FOLDER, 'data', definition.file));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const dataset = { ...parseDataset(definition, bytes.toString('utf8')), sha256 };
  loaded.set(definition.name, dataset);
  return dataset;
}

/** {@link loadDataset} for text that is at hand. */
export function parseDataset(definition: DatasetDefinition, text: string): Dataset {
  const [header = [], ...rows]: string[][] = parse(text, { delimiter: definition.delimiter, bom: true });
  if (header.join('\n') !== definition.columns.join('\n')) {
    throw new Error(
      `${definition.file} has the columns ${header.join(', ')}, expected ${definition.columns.join(', ')}`,
    );
  }
  if (rows.length !== definition.rows) {
    throw new Error(`${definition.file} has ${rows.length} rows, expected ${definition.rows}`);
  }
  const table = rows.map((row, i) =>
    row.map((cell, j) => {
      const value = Number(cell);
      if (cell.trim() === '' || !Number.isFinite(value)) {
        throw new Error(`${definition.file}, row ${i + 1}, column ${header[j]}: "${cell}" is not a finite number`);
      }
      return value;
    }),
  );
  const target = definition.columns.indexOf(definition.target);
  return {
    features: definition.columns.toSpliced(target, 1),
    X: table.map((row) => Float64Array.from(row.toSpliced(target, 1))),
    y: Float64Array.from(table, (row) => row[target]),
  };
}
