// Where the page begins.
import './ui/base.css';
import './ui/controls.css';
import './ui/shell.css';
import './ui/tables.css';
import './chart/chart.css';
import './operations/operations.css';
import './signin/signin.css';
import { createRoot } from 'react-dom/client';
import { App } from './App';

createRoot(document.getElementById('root')!).render(<App />);
