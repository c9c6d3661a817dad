# Writes sklearn.json: synthetic rows and what scikit-learn (Debian python3-sklearn) fits on them. Run with /usr/bin/python3, then gzip -9 -n.
import json, numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import roc_auc_score
import sklearn
rng=np.random.RandomState(20)
n=400
X=np.column_stack([np.round(rng.normal(50,12,n)), np.round(rng.exponential(20,n)), rng.randint(0,2,n), np.round(rng.normal(0,1,n),2), np.round(rng.uniform(-3,3,n),1)]).astype(float)
logit=-1+0.05*(X[:,0]-50)-0.04*X[:,1]+0.9*X[:,2]+0.7*X[:,3]-0.3*X[:,4]*X[:,2]
y=(rng.uniform(size=n)<1/(1+np.exp(-logit))).astype(int)
s=StandardScaler().fit(X); Z=s.transform(X)
out={'about':f'400 synthetic rows; scikit-learn {sklearn.__version__} on them. logistic: standardised, newton-cholesky, tol 1e-14, weights in standardised units. tree: gini, best first.','columns':[X[:,j].tolist() for j in range(5)],'label':y.tolist(),'logistic':[], 'naive_bayes':None,'trees':[]}
for C in (0.01,1.0,100.0):
    m=LogisticRegression(C=C,tol=1e-14,max_iter=10000,solver='newton-cholesky').fit(Z,y)
    out['logistic'].append({'c':C,'weights':m.coef_[0].tolist(),'intercept':m.intercept_[0],'probabilities':m.predict_proba(Z)[:,1].tolist()})
g=GaussianNB().fit(X,y)
out['naive_bayes']={'means':g.theta_.tolist(),'variances':g.var_.tolist(),'prior':g.class_prior_.tolist(),'probabilities':g.predict_proba(X)[:,1].tolist()}
# Splits of equal gain are broken at random by scikit-learn; only settings whose tree is the same under 20 random states are kept.
for leaves,minleaf in ((4,20),(8,10),(6,12),(10,15),(12,9),(15,25),(20,11),(31,30),(31,17)):
    ps=[DecisionTreeClassifier(max_leaf_nodes=leaves,min_samples_leaf=minleaf,random_state=r).fit(X,y).predict_proba(X)[:,1] for r in range(20)]
    if all(np.array_equal(ps[0],p) for p in ps):
        out['trees'].append({'num_leaves':leaves,'min_data_in_leaf':minleaf,'probabilities':ps[0].tolist()})
print([(t['num_leaves'],t['min_data_in_leaf']) for t in out['trees']])
# held out rows for forest
Xt=np.column_stack([np.round(rng.normal(50,12,n)), np.round(rng.exponential(20,n)), rng.randint(0,2,n), np.round(rng.normal(0,1,n),2), np.round(rng.uniform(-3,3,n),1)]).astype(float)
lt=-1+0.05*(Xt[:,0]-50)-0.04*Xt[:,1]+0.9*Xt[:,2]+0.7*Xt[:,3]-0.3*Xt[:,4]*Xt[:,2]
yt=(rng.uniform(size=n)<1/(1+np.exp(-lt))).astype(int)
a=[roc_auc_score(yt,RandomForestClassifier(n_estimators=200,min_samples_leaf=5,max_features='sqrt',random_state=r).fit(X,y).predict_proba(Xt)[:,1]) for r in range(10)]
out['forest']={'columns':[Xt[:,j].tolist() for j in range(5)],'label':yt.tolist(),'auc_of_10_seeds':a}
json.dump(out,open('sklearn.json','w'))
print(a, y.mean(), [roc_auc_score(y,np.array(t['probabilities'])) for t in out['trees']])
