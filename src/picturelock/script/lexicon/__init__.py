"""What words mean on a film set: plain tables, English and Chinese, that a reader can check and extend."""
