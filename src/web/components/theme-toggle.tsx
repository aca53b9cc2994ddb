import { announce } from '../announcer';
import { chooseTheme, THEMES, useTheme } from '../theme';
import { Icon } from './icon';
import styles from './theme-toggle.module.css';

/** Steps through system, light and dark. */
export function ThemeToggle() {
  const theme = useTheme();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  const change = () => {
    chooseTheme(next);
    announce(`Theme: ${next}`);
  };
  return (
    <button
      type="button"
      className={styles.toggle}
      onClick={change}
      title={`Theme: ${theme}. Change to ${next}.`}
      aria-label={`Theme: ${theme}. Change to ${next}.`}
    >
      <Icon name={theme} size={18} />
    </button>
  );
}
