"""How the models that read texts are made and measured. Nothing here travels to AWS, nor does scikit-learn."""
