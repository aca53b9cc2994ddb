import type { LinearModel } from '../../api/client';
import { Card } from '../../components/card';
import { Value } from '../../components/values';
import { counted } from '../../format';
import { Facts } from './facts';
import styles from './model-card.module.css';

/** What was learned: the weight of each column, the heaviest first. */
export function ModelCard({ model }: { model: LinearModel }) {
  const coefficients = Object.entries(model.coefficients).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const largest = Math.abs(coefficients[0]?.[1] ?? 0);
  const dropped = coefficients.filter(([, value]) => value === 0).length;
  return (
    <Card title="Coefficients" note={dropped > 0 && `${dropped} of ${counted(coefficients.length, 'column')} not used`}>
      <table className={styles.table}>
        <caption className="visually-hidden">Coefficients, the largest first</caption>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Share of the largest</th>
            <th scope="col">Coefficient</th>
          </tr>
        </thead>
        <tbody>
          {coefficients.map(([column, value]) => (
            <tr key={column} data-zero={value === 0}>
              <th scope="row">{column}</th>
              <td className={styles.bars}>
                <Bar share={largest === 0 ? 0 : value / largest} />
              </td>
              <td className={styles.number}>
                <Value value={value} padded />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.facts}>
        <Facts
          facts={[
            ['Intercept', model.intercept],
            ['Iterations', model.iterations],
            ['Dual gap', model.dual_gap],
          ]}
        />
      </div>
    </Card>
  );
}

/** To the right of the middle where it raises the prediction, to the left where it lowers it; the number says the same. */
function Bar({ share }: { share: number }) {
  const width = `${Math.abs(share) * 50}%`;
  return (
    <div className={styles.track} aria-hidden="true">
      <div className={styles.bar} data-negative={share < 0} style={{ width }} />
    </div>
  );
}
